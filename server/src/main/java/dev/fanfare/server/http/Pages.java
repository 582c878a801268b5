// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server.http;

/// Files from the class path, served as they are: `index.html` at the prefix itself, everything
/// else by its name.
///
/// @param prefix of the request's path, begins and ends with a slash
/// @param anchor a class of the module that holds the files
/// @param folder of the files, relative to the anchor's package, or absolute with a leading slash
public record Pages(String prefix, Class<?> anchor, String folder) {
    public Pages {
        if (!prefix.startsWith("/") || !prefix.endsWith("/")) {
            throw new IllegalArgumentException("a prefix begins and ends with a slash: " + prefix);
        }
    }

    /// Pages at the root of a listener.
    public static Pages at(Class<?> anchor, String folder) {
        return new Pages("/", anchor, folder);
    }
}
