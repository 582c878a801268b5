// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import dev.fanfare.server.http.Pages;
import dev.fanfare.server.http.Router;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One address to listen on, and what is found there. A path is looked for among the gateways, then
/// the sockets, the routes and the pages.
///
/// @param name for logs, and to ask for its port by
/// @param port 0 for any that is free
/// @param tls null for none
public record ListenerSpec(
        String name,
        String host,
        int port,
        Router router,
        List<WebSocketRoute> sockets,
        List<Gateway> gateways,
        List<Pages> pages,
        @Nullable Tls tls) {

    public ListenerSpec {
        sockets = List.copyOf(sockets);
        gateways = List.copyOf(gateways);
        pages = List.copyOf(pages);
    }

    public static ListenerSpec of(String name, String host, int port) {
        return new ListenerSpec(
                name, host, port, Router.NONE, List.of(), List.of(), List.of(), null);
    }

    /// These routes too.
    public ListenerSpec routes(Router more) {
        return new ListenerSpec(name, host, port, router.and(more), sockets, gateways, pages, tls);
    }

    public ListenerSpec socket(WebSocketRoute route) {
        List<WebSocketRoute> all = new ArrayList<>(sockets);
        all.add(route);
        return new ListenerSpec(name, host, port, router, all, gateways, pages, tls);
    }

    public ListenerSpec gateway(Gateway gateway) {
        List<Gateway> all = new ArrayList<>(gateways);
        all.add(gateway);
        return new ListenerSpec(name, host, port, router, sockets, all, pages, tls);
    }

    public ListenerSpec pages(Pages more) {
        List<Pages> all = new ArrayList<>(pages);
        all.add(more);
        return new ListenerSpec(name, host, port, router, sockets, gateways, all, tls);
    }

    public ListenerSpec tls(@Nullable Tls files) {
        return new ListenerSpec(name, host, port, router, sockets, gateways, pages, files);
    }
}
