// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// Holds `SPEC.md` to what the codec does.
class SpecificationTest {
    private static final Pattern BLOCK = Pattern.compile("(?ms)^```json([^\n]*)\n(.*?)^```$");

    private record Example(String side, String text) {}

    @Test
    void everyExampleIsAFrameAsTheCodecWritesIt() throws Exception {
        Codec codec = new Codec(Codec.MAX_MESSAGE);
        for (Example example : examples()) {
            byte[] text = example.text.getBytes(UTF_8);
            if (example.side.equals("client")) {
                ClientFrame frame = codec.decodeClient(text);
                assertThat(codec.decodeClient(Codec.encode(frame))).isEqualTo(frame);
            } else {
                assertThat(example.side).isEqualTo("server");
                byte[] written = Codec.encode(Codec.decodeServer(text));
                assertThat(new String(written, UTF_8)).isEqualTo(example.text);
            }
        }
    }

    @Test
    void everyFrameHasAnExample() throws Exception {
        Codec codec = new Codec(Codec.MAX_MESSAGE);
        Set<Class<?>> seen = new HashSet<>();
        for (Example example : examples()) {
            byte[] text = example.text.getBytes(UTF_8);
            seen.add(
                    example.side.equals("client")
                            ? codec.decodeClient(text).getClass()
                            : Codec.decodeServer(text).getClass());
        }
        assertThat(seen)
                .containsAll(List.of(ClientFrame.class.getPermittedSubclasses()))
                .containsAll(List.of(ServerFrame.Reply.class.getPermittedSubclasses()))
                .containsAll(List.of(ServerFrame.Push.class.getPermittedSubclasses()));
    }

    private static List<Example> examples() throws Exception {
        List<Example> examples = new ArrayList<>();
        Matcher block = BLOCK.matcher(Files.readString(Path.of("SPEC.md")));
        while (block.find()) {
            String side = block.group(1).strip();
            block.group(2).lines().forEach(line -> examples.add(new Example(side, line)));
        }
        return examples;
    }
}
