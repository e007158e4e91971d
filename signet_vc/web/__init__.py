"""The neighbours' signatures where HTTP passes: an ASGI middleware, and auth classes of HTTP clients."""
