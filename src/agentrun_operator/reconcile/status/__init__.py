"""The status an object is to have, and what its conditions say in words for people. Pure; decides nothing."""
