"""kubectl as a program: run, its refusals understood, the rights it lacked. Knows no object of ours."""
