"""Programs that say who asks (`exec` of a kubeconfig's user), run so that none hangs or is left behind."""
