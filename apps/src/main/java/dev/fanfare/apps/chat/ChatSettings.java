// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps.chat;

import java.time.Duration;
import java.util.Set;

/// How a chat is run.
///
/// @param port of the listener; 0 for any that is free
/// @param verboseLogging logs `User <email> connected` and `disconnected`
/// @param maxConnectionsPerUser more are closed with 1008 and `tooManyConnections`
/// @param tooManyConnections the reason that such a connection is closed with
/// @param echoToSender whether the connection that sent a chat message is sent it too
/// @param signIn who gets a session from this server
/// @param admins e-mails whose users may announce
/// @param sessionLifetime how long a sign-in lasts
/// @param revalidateWithin after how long at most a session that was revoked elsewhere is closed
/// @param grace how long a user whose last connection is gone still counts as here
public record ChatSettings(
        int port,
        boolean verboseLogging,
        int maxConnectionsPerUser,
        String tooManyConnections,
        boolean echoToSender,
        SignIn signIn,
        Set<String> admins,
        Duration sessionLifetime,
        Duration revalidateWithin,
        Duration grace) {

    public enum SignIn {
        /// Whoever names an e-mail has it. For demonstrations.
        ANYBODY,
        /// Another system writes the sessions' rows and sets the cookie.
        ELSEWHERE
    }

    public static final ChatSettings DEFAULT =
            new ChatSettings(
                    3003,
                    false,
                    5,
                    "Too many connections for this user",
                    false,
                    SignIn.ELSEWHERE,
                    Set.of(),
                    Duration.ofDays(7),
                    Duration.ofSeconds(30),
                    Duration.ofSeconds(5));

    /// As the demo runs it.
    public static final ChatSettings DEMO = DEFAULT.verboseLogging(true).signIn(SignIn.ANYBODY);

    public ChatSettings {
        admins = Set.copyOf(admins);
        if (maxConnectionsPerUser < 1 || revalidateWithin.toMillis() < 2) {
            throw new IllegalArgumentException(
                    "chat: max-connections-per-user="
                            + maxConnectionsPerUser
                            + " needs 1 or more, revalidate-within="
                            + revalidateWithin
                            + " needs 2 ms or more");
        }
    }

    public ChatSettings port(int number) {
        return new ChatSettings(
                number,
                verboseLogging,
                maxConnectionsPerUser,
                tooManyConnections,
                echoToSender,
                signIn,
                admins,
                sessionLifetime,
                revalidateWithin,
                grace);
    }

    public ChatSettings verboseLogging(boolean on) {
        return new ChatSettings(
                port,
                on,
                maxConnectionsPerUser,
                tooManyConnections,
                echoToSender,
                signIn,
                admins,
                sessionLifetime,
                revalidateWithin,
                grace);
    }

    public ChatSettings maxConnectionsPerUser(int max, String reason) {
        return new ChatSettings(
                port,
                verboseLogging,
                max,
                reason,
                echoToSender,
                signIn,
                admins,
                sessionLifetime,
                revalidateWithin,
                grace);
    }

    public ChatSettings echoToSender(boolean on) {
        return new ChatSettings(
                port,
                verboseLogging,
                maxConnectionsPerUser,
                tooManyConnections,
                on,
                signIn,
                admins,
                sessionLifetime,
                revalidateWithin,
                grace);
    }

    public ChatSettings signIn(SignIn who) {
        return new ChatSettings(
                port,
                verboseLogging,
                maxConnectionsPerUser,
                tooManyConnections,
                echoToSender,
                who,
                admins,
                sessionLifetime,
                revalidateWithin,
                grace);
    }

    public ChatSettings admins(Set<String> emails) {
        return new ChatSettings(
                port,
                verboseLogging,
                maxConnectionsPerUser,
                tooManyConnections,
                echoToSender,
                signIn,
                emails,
                sessionLifetime,
                revalidateWithin,
                grace);
    }

    public ChatSettings revalidateWithin(Duration most) {
        return new ChatSettings(
                port,
                verboseLogging,
                maxConnectionsPerUser,
                tooManyConnections,
                echoToSender,
                signIn,
                admins,
                sessionLifetime,
                most,
                grace);
    }

    public ChatSettings grace(Duration forgiven) {
        return new ChatSettings(
                port,
                verboseLogging,
                maxConnectionsPerUser,
                tooManyConnections,
                echoToSender,
                signIn,
                admins,
                sessionLifetime,
                revalidateWithin,
                forgiven);
    }
}
