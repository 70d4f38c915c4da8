# Sets PAGE_BROWSER to a browser of this machine, and has .venv drive it. Read by `make page-test` and `make pictures`.
# BROWSER=/path/to/chrome takes another than the first that is found.
for each in "${BROWSER:-}" chromium-headless-shell chromium google-chrome google-chrome-stable; do
    PAGE_BROWSER=$([ -n "$each" ] && command -v "$each") && break
done
if [ -z "$PAGE_BROWSER" ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing chromium-headless-shell" >&2
    apt-get update --quiet >/dev/null && apt-get install --quiet --yes --no-install-recommends chromium-headless-shell >/dev/null
    PAGE_BROWSER=$(command -v chromium-headless-shell)
fi
if [ -z "$PAGE_BROWSER" ]; then
    echo "There is no browser: install Chromium or Chrome, or set BROWSER to the path of one" >&2
    exit 1
fi
export PAGE_BROWSER
.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements/browser.txt || exit 1
