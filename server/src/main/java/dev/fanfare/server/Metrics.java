// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import dev.fanfare.core.Counts;
import dev.fanfare.core.Hub;
import dev.fanfare.server.http.Response;
import dev.fanfare.server.http.Route;
import dev.fanfare.server.http.Router;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.ToDoubleFunction;

/// The node's figures for Prometheus. No label names a user or a channel, so their number does not
/// grow.
final class Metrics implements AutoCloseable {
    private final PrometheusMeterRegistry registry =
            new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final JvmGcMetrics collections = new JvmGcMetrics();
    private final Hub hub;

    /// The registry holds them weakly.
    private final List<Figure> figures;

    /// @param figures more of them
    Metrics(Hub hub, List<Figure> figures) {
        this.hub = hub;
        this.figures = List.copyOf(figures);
        this.figures.forEach(this::add);
        gauge("sessions", "open sessions", Counts::sessions);
        gauge("users", "users with a session", Counts::users);
        gauge("channels", "channels with a subscriber", Counts::channels);
        gauge("subscriptions", "live subscriptions", Counts::subscriptions);
        counter("commands", "commands received", Counts::commands);
        counter("published", "publications accepted", Counts::published);
        counter("delivered", "publications handed to a session", Counts::delivered);
        counter("gaps", "gaps that subscribers were told of", Counts::gaps);
        counter("recovered", "subscriptions resumed without loss", Counts::recovered);
        counter(
                "not.recovered",
                "subscriptions told that they lost something",
                Counts::notRecovered);
        counter("slow.closed", "sessions closed for being too slow", Counts::slowClosed);
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
        collections.bindTo(registry);
    }

    Router routes() {
        return Router.of(
                Route.get(
                        "/metrics",
                        _ ->
                                Response.of(
                                        200,
                                        "text/plain; version=0.0.4; charset=utf-8",
                                        registry.scrape().getBytes(StandardCharsets.UTF_8))));
    }

    private void gauge(String name, String description, ToDoubleFunction<Counts> figure) {
        Gauge.builder("fanfare." + name, hub, from -> figure.applyAsDouble(from.counts()))
                .description(description)
                .register(registry);
    }

    private void counter(String name, String description, ToDoubleFunction<Counts> figure) {
        FunctionCounter.builder("fanfare." + name, hub, from -> figure.applyAsDouble(from.counts()))
                .description(description)
                .register(registry);
    }

    private void add(Figure figure) {
        List<Tag> tags =
                figure.labels().entrySet().stream()
                        .map(label -> Tag.of(label.getKey(), label.getValue()))
                        .toList();
        String name = "fanfare." + figure.name();
        switch (figure.kind()) {
            case COUNTER ->
                    FunctionCounter.builder(name, figure, from -> from.value().getAsDouble())
                            .description(figure.description())
                            .tags(tags)
                            .register(registry);
            case GAUGE ->
                    Gauge.builder(name, figure.value()::getAsDouble)
                            .description(figure.description())
                            .tags(tags)
                            .register(registry);
        }
    }

    @Override
    public void close() {
        collections.close();
        registry.close();
    }
}
