#!/bin/sh
# Everything that `make test` needs of this machine but the browsers beside Chromium.
. "$(dirname "$0")/common.sh"
. scripts/setup.sh

packages chromium fonts-noto-color-emoji
engine_packages
kafka_jars
rust
npm_packages style
npm_packages end2end
