"""The API itself: what is asked, what is answered, what can go wrong. No connection, no credentials, no clock."""
