// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import dev.fanfare.server.http.Handler;
import dev.fanfare.server.http.Pages;
import dev.fanfare.server.http.Route;
import dev.fanfare.server.http.Router;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Describes one listener: an address, and what is found there. Not for use by several threads.
public final class Site {
    private final String name;
    private final Map<String, EndpointConfig> sockets = new LinkedHashMap<>();
    private final List<Gateway.Plan> gateways = new ArrayList<>();
    private final List<Pages> pages = new ArrayList<>();
    private Router router = Router.NONE;
    private String host = "127.0.0.1";
    private int port;
    private @Nullable Tls tls;

    Site(String name) {
        this.name = name;
    }

    /// The address to bind; this machine's loopback by default.
    public Site host(String address) {
        host = address;
        return this;
    }

    /// @param number 0 for any that is free
    public Site port(int number) {
        if (number < 0 || number > 65_535) {
            throw new IllegalArgumentException("port: " + number + " is not within 0 to 65535");
        }
        port = number;
        return this;
    }

    /// TLS here, from other files than [FanfareConfig#tls] has.
    public Site tls(Tls files) {
        tls = files;
        return this;
    }

    /// WebSocket connections to exactly this path become sessions of the endpoint described.
    public Site webSocket(String path, Consumer<EndpointConfig> endpoint) {
        EndpointConfig described = new EndpointConfig();
        endpoint.accept(described);
        return webSocket(path, described);
    }

    Site webSocket(String path, EndpointConfig described) {
        if (sockets.putIfAbsent(path, described) != null) {
            throw new IllegalArgumentException("two endpoints at " + name + path);
        }
        return this;
    }

    /// A protocol of its own at a path, where there may be a WebSocket endpoint too: see
    /// [Gateway#takes].
    public Site gateway(Gateway.Plan plan) {
        gateways.add(plan);
        return this;
    }

    public Site route(String method, String template, Handler handler) {
        return routes(Router.of(Route.of(method, template, handler)));
    }

    public Site routes(Router more) {
        router = router.and(more);
        return this;
    }

    /// Files of the class path at the listener's root.
    ///
    /// @param folder as [Pages] has it
    public Site pages(Class<?> anchor, String folder) {
        return pages(Pages.at(anchor, folder));
    }

    public Site pages(Pages more) {
        pages.add(more);
        return this;
    }

    /// As if each were given alone; the first that has a file serves it.
    public Site pages(List<Pages> more) {
        pages.addAll(more);
        return this;
    }

    @Nullable Tls tls() {
        return tls;
    }

    String host() {
        return host;
    }

    Map<String, EndpointConfig> sockets() {
        return sockets;
    }

    List<Gateway.Plan> gateways() {
        return gateways;
    }

    ListenerSpec listener(
            HttpServer.Node node,
            Map<EndpointConfig, WebSocketRoute> built,
            Map<Gateway.Plan, Gateway> opened) {
        ListenerSpec spec = ListenerSpec.of(name, host, port).routes(router);
        for (EndpointConfig socket : sockets.values()) {
            WebSocketRoute route = built.get(socket);
            if (route != null) {
                spec = spec.socket(route);
                Gateway beside = ExchangeGateway.beside(route, socket.exchanges(), node);
                spec = beside == null ? spec : spec.gateway(beside);
            }
        }
        for (Gateway.Plan plan : gateways) {
            Gateway gateway = opened.get(plan);
            if (gateway != null) {
                spec = spec.gateway(gateway);
            }
        }
        for (Pages folder : pages) {
            spec = spec.pages(folder);
        }
        return spec;
    }

    String name() {
        return name;
    }
}
