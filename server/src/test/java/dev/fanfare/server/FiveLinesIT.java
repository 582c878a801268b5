// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import static java.time.Duration.ofMinutes;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// The program of the README, as it stands there but for its port.
class FiveLinesIT {
    record ChatMessage(String content) {}

    record OrderUpdated(String id, String status) {}

    @Test
    void fiveLinesAreANode() throws Exception {
        try (Fanfare fanfare =
                        Fanfare.start(config ->
                                config.port(0)
                                        .channel(
                                                "orders:{storeId}",
                                                rules ->
                                                        rules.history(100, ofMinutes(10))
                                                                .presence())
                                        .channel("lobby")
                                        .on(
                                                "chat_message",
                                                ChatMessage.class,
                                                (session, message) ->
                                                        session.channel("lobby")
                                                                .publish(message)));
                ProbeClient client = new ProbeClient(fanfare.port()).open()) {
            client.send("{'type':'connect','id':1,'version':1}");
            client.next("\"connected\"");
            client.send("{'type':'subscribe','id':2,'channel':'orders:42'}");
            client.next("\"subscribed\",\"id\":2");
            client.send("{'type':'subscribe','id':3,'channel':'lobby'}");
            client.next("\"subscribed\",\"id\":3");

            fanfare.channel("orders:42").publish(new OrderUpdated("12345", "preparing"));
            assertThat(client.next("\"publication\""))
                    .contains("{\"id\":\"12345\",\"status\":\"preparing\"}");

            client.send(
                    "{'type':'send','id':4,'handler':'chat_message','data':{'content':'hello'}}");
            assertThat(client.next("\"channel\":\"lobby\"")).contains("{\"content\":\"hello\"}");
        }
    }
}
