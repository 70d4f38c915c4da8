"""`reconcile`, `pause`, `resume`: what people ask of the operator by an annotation. Never touches a spec."""
