// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps.kyc;

import dev.fanfare.core.Authenticator;
import dev.fanfare.core.Credentials;
import dev.fanfare.core.Principal;
import dev.fanfare.server.Gate;
import dev.fanfare.server.http.Request;
import dev.fanfare.server.http.Response;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Lets in who shows a valid token before the upgrade, as subprotocol `bearer.<token>` or in the
/// Authorization header. Anybody else gets 400, as for every upgrade that fails here.
final class TokenGate implements Gate {
    /// A browser needs one subprotocol that the server chooses, and that is not the token.
    static final String PROTOCOL = "kyc";

    private static final Logger LOG = LoggerFactory.getLogger(TokenGate.class);
    private static final String BEARER = "bearer.";

    private final Authenticator authenticator;

    TokenGate(Authenticator authenticator) {
        this.authenticator = authenticator;
    }

    @Override
    public Decision decide(Request request) {
        String token = request.bearer().orElseGet(() -> offered(request));
        Credentials shown = new Credentials(token, Map.of(), Map.of(), request.remote());
        return switch (authenticator.authenticate(shown)) {
            case Authenticator.Outcome.Accepted(Principal principal) when principal != null ->
                    new Admit(principal);
            case Authenticator.Outcome.Accepted _ -> refused(request, "nobody in particular");
            case Authenticator.Outcome.Rejected rejected -> refused(request, rejected.reason());
        };
    }

    /// Nothing where none is offered, which no token is.
    private static String offered(Request request) {
        for (String offer : request.header("sec-websocket-protocol").orElse("").split(",", -1)) {
            String protocol = offer.strip();
            if (protocol.startsWith(BEARER) && protocol.length() > BEARER.length()) {
                return protocol.substring(BEARER.length());
            }
        }
        return "";
    }

    private static Decision refused(Request request, String reason) {
        LOG.warn("an upgrade failed: {}, remote={}", reason, request.remote());
        return new Refuse(
                Response.error(400, "invalid_token", "The token is missing or not valid."));
    }
}
