"""The VC-API over HTTP: an edge, on what `api` offers."""
