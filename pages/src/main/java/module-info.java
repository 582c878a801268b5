// SPDX-License-Identifier: Apache-2.0
/// What a browser is given: the pages of the demo and the client, as built from the folder `js`.
module dev.fanfare.pages {
    requires transitive dev.fanfare.server;
    requires static org.jspecify;

    exports dev.fanfare.pages;
}
