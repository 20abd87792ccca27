"""How the languages write times, where Django does otherwise (`FORMAT_MODULE_PATH`)."""
