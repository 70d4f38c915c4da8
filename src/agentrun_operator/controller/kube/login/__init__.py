"""How the API server is reached and who asks: kubeconfigs, tokens, plugins, TLS. Makes no request to it."""
