// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.cli.config;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// What one record component means. The loader and the reference page both read it.
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Setting {
    /// A sentence for the reference page.
    String value();

    /// What holds when it is not set, written as in the file.
    String initial() default "";

    /// The least number allowed.
    long min() default 0;

    /// The greatest number allowed.
    long max() default Integer.MAX_VALUE;

    Shown shown() default Shown.OPENLY;

    /// Whether messages may repeat the value.
    enum Shown {
        OPENLY,
        NEVER
    }
}
