// SPDX-License-Identifier: Apache-2.0
import { configure } from '@testing-library/react';

// A busy machine is not a failure.
configure({ asyncUtilTimeout: 10_000 });
