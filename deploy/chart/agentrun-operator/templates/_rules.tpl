{{- /* What the operator may do in a namespace that it looks at. Each verb is used; a test takes them away one by one. */}}
{{- define "agentrun-operator.rules" -}}
- apiGroups: [agentrun.alibabacloud.com]
  resources: [agentruntimeendpoints]
  verbs: [list, watch, patch]
- apiGroups: [agentrun.alibabacloud.com]
  resources: [agentruntimeendpoints/status]
  verbs: [patch]
- apiGroups: [""]
  resources: [events]
  verbs: [create]
{{- if .Values.rbac.secrets }}
- apiGroups: [""]
  resources: [secrets]
  {{- with .Values.rbac.secretNames }}
  resourceNames: {{ toJson . }}
  {{- end }}
  verbs: [get]
{{- end }}
{{- if .Values.rbac.connectionConfigMaps }}
- apiGroups: [""]
  resources: [configmaps]
  verbs: [get, create, patch, delete]
{{- end }}
{{- if .Values.rbac.connectionSecrets }}
- apiGroups: [""]
  resources: [secrets]
  verbs: [get, create, patch, delete]
{{- end }}
{{- end }}

{{- define "agentrun-operator.subjects" -}}
- kind: ServiceAccount
  name: {{ include "agentrun-operator.serviceAccountName" . }}
  namespace: {{ .Release.Namespace }}
{{- end }}
