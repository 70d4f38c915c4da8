"""What people are shown of an object, in the terminal and on the page. Decides how it reads, never what is so."""
