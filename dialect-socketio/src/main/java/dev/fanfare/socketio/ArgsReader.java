// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.socketio;

import java.io.ByteArrayOutputStream;
import java.util.List;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.ValueDeserializer;

/// Reads [Args] wherever a handler's type is read; `null` is one argument.
final class ArgsReader extends ValueDeserializer<Args> {
    private static final JsonFactory FACTORY = new JsonFactory();

    ArgsReader() {}

    @Override
    public Args deserialize(JsonParser parser, DeserializationContext context) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (JsonGenerator generator = FACTORY.createGenerator(ObjectWriteContext.empty(), out)) {
            generator.copyCurrentStructureExact(parser);
        }
        return new Args(Arguments.list(out.toByteArray()));
    }

    @Override
    public Args getNullValue(DeserializationContext context) {
        return new Args(List.of(new byte[] {'n', 'u', 'l', 'l'}));
    }
}
