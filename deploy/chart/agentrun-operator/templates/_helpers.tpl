{{- define "agentrun-operator.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "agentrun-operator.fullname" -}}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 63 | trimSuffix "-" }}
{{- else if contains (include "agentrun-operator.name" .) .Release.Name }}
{{- .Release.Name | trunc 63 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name (include "agentrun-operator.name" .) | trunc 63 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{- /* What of a cluster-wide object tells releases of one name in two namespaces apart. */}}
{{- define "agentrun-operator.clusterName" -}}
{{- if eq .Release.Namespace (include "agentrun-operator.fullname" .) }}
{{- include "agentrun-operator.fullname" . }}
{{- else }}
{{- printf "%s-%s" .Release.Namespace (include "agentrun-operator.fullname" .) }}
{{- end }}
{{- end }}

{{- define "agentrun-operator.selectorLabels" -}}
app.kubernetes.io/name: {{ include "agentrun-operator.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "agentrun-operator.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{ include "agentrun-operator.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "agentrun-operator.serviceAccountName" -}}
{{- default (ternary (include "agentrun-operator.fullname" .) "default" .Values.serviceAccount.create) .Values.serviceAccount.name }}
{{- end }}

{{- /* The operator as admission policies know it. */}}
{{- define "agentrun-operator.username" -}}
{{- printf "system:serviceaccount:%s:%s" .Release.Namespace (include "agentrun-operator.serviceAccountName" .) }}
{{- end }}

{{- /* Where objects are that name no region. */}}
{{- define "agentrun-operator.region" -}}
{{- default "cn-hangzhou" .Values.agentrun.region }}
{{- end }}

{{- define "agentrun-operator.image" -}}
{{- with .Values.image }}
{{- if .digest }}{{ .repository }}@{{ .digest }}{{ else }}{{ .repository }}:{{ default $.Chart.AppVersion .tag }}{{ end }}
{{- end }}
{{- end }}

{{- define "agentrun-operator.leaseNamespace" -}}
{{- default .Release.Namespace .Values.leaseNamespace }}
{{- end }}

{{- define "agentrun-operator.healthPort" -}}
{{- regexReplaceAll "^.*:" .Values.healthAddress "" }}
{{- end }}

{{- /* The Secret with the operator's own credentials; empty if there is none. */}}
{{- define "agentrun-operator.secretName" -}}
{{- if .Values.credentials.accessKeyId }}
{{- include "agentrun-operator.fullname" . }}
{{- else }}
{{- .Values.credentials.existingSecret }}
{{- end }}
{{- end }}

{{- /* A value as an environment variable holds it: lists by commas, numbers without an exponent. */}}
{{- define "agentrun-operator.asText" -}}
{{- if kindIs "slice" . }}{{ join "," . }}{{ else if kindIs "string" . }}{{ . }}{{ else }}{{ toJson . }}{{ end }}
{{- end }}

{{- define "agentrun-operator.ambientNamespaces" -}}
{{- if eq (toString (get .Values "ambientCredentialsNamespaces")) "auto" }}
{{- ternary "" "*" (ne (include "agentrun-operator.selector" .) "") }}
{{- else }}
{{- include "agentrun-operator.asText" (get .Values "ambientCredentialsNamespaces") }}
{{- end }}
{{- end }}

{{- define "agentrun-operator.selector" -}}
{{- trim .Values.watchLabelSelector }}
{{- end }}

{{- /* The Lease's name, as the operator makes it. */}}
{{- define "agentrun-operator.lease" -}}
{{- with include "agentrun-operator.selector" . }}
{{- printf "%s-%s" $.Values.leaseName (sha256sum . | trunc 10) }}
{{- else }}
{{- .Values.leaseName }}
{{- end }}
{{- end }}

{{- /* Whether the Deployment that is there has a selector: it is taken away, or changed. */}}
{{- define "agentrun-operator.wasSharded" -}}
{{- $deployment := lookup "apps/v1" "Deployment" .Release.Namespace (include "agentrun-operator.fullname" .) }}
{{- if $deployment }}
{{- range (first $deployment.spec.template.spec.containers).env }}
{{- if eq .name "AGENTRUN_OPERATOR_WATCH_LABEL_SELECTOR" }}true{{ end }}
{{- end }}
{{- end }}
{{- end }}
