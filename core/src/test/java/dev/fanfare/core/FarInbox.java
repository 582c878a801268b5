// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.core;

import dev.fanfare.engine.Engine;
import dev.fanfare.engine.Inbox;
import java.lang.reflect.Proxy;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/// An engine whose inboxes are far away: what is asked of them arrives there in the order in which
/// it was asked, when the test says so, and the answers come back in any order.
final class FarInbox {
    private final ArrayDeque<Runnable> asked = new ArrayDeque<>();
    private final List<Runnable> answers = new ArrayList<>();

    Engine of(Engine engine) {
        return (Engine)
                Proxy.newProxyInstance(
                        Engine.class.getClassLoader(),
                        new Class<?>[] {Engine.class},
                        (_, method, arguments) ->
                                switch (method.getName()) {
                                    case "put" ->
                                            ask(() ->
                                                    engine.put(
                                                            (String) arguments[0],
                                                            (Inbox) arguments[1],
                                                            (Inbox.Bounds) arguments[2]));
                                    case "take" -> ask(() -> engine.take((String) arguments[0]));
                                    default -> method.invoke(engine, arguments);
                                });
    }

    private <T> CompletionStage<T> ask(Supplier<CompletionStage<T>> deed) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        asked.add(() -> {
            T result = deed.get().toCompletableFuture().join();
            answers.add(() -> answer.complete(result));
        });
        return answer;
    }

    /// @return whether something arrived
    boolean arrive() {
        Runnable next = asked.poll();
        if (next != null) {
            next.run();
        }
        return next != null;
    }

    /// @return whether an answer came
    boolean answer(Random random) {
        if (answers.isEmpty()) {
            return false;
        }
        answers.remove(random.nextInt(answers.size())).run();
        return true;
    }
}
