"""The one name of the library that the previous release imports."""

# The previous release refuses these passwords at registration.
FREQUENCY_LISTS = {"passwords": ["password", "12345678", "qwertyui"]}
