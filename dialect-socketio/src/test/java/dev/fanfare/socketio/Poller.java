// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.socketio;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A long-polling client that does nothing by itself.
final class Poller implements AutoCloseable {
    private static final JsonMapper JSON = JsonMapper.shared();
    static final String SEPARATOR = "\u001e";

    final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    final String url;
    JsonNode opened = JSON.createObjectNode();
    String sid = "";

    private Poller(String url) {
        this.url = url;
    }

    /// One that has not begun.
    static Poller at(String url) {
        return new Poller(url);
    }

    /// One whose handshake is done.
    static Poller open(String url) {
        Poller poller = new Poller(url);
        poller.opened = JSON.readTree(poller.get("?EIO=4&transport=polling").body().substring(1));
        poller.sid = poller.opened.get("sid").asString();
        return poller;
    }

    HttpRequest.Builder request(String query) {
        return HttpRequest.newBuilder(URI.create(url + query)).timeout(Duration.ofSeconds(20));
    }

    HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    HttpResponse<String> get(String query) {
        return send(request(query));
    }

    CompletableFuture<HttpResponse<String>> polling() {
        return http.sendAsync(request(mine()).build(), HttpResponse.BodyHandlers.ofString());
    }

    String mine() {
        return "?EIO=4&transport=polling&sid=" + sid;
    }

    HttpResponse<String> poll() {
        return send(request(mine()));
    }

    HttpResponse<String> post(String body) {
        return send(request(mine()).POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    /// Connects to a namespace and takes the server's answers.
    Poller connected(String connect) {
        if (!post(connect).body().equals("ok")) {
            throw new AssertionError("not taken: " + connect);
        }
        String answer = poll().body();
        while (!answer.contains("[\"auth\"")) {
            answer = poll().body();
        }
        return this;
    }

    URI socket(String query) {
        return URI.create(url.replaceFirst("http", "ws") + query);
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
