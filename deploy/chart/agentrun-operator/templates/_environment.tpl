{{- /* The container's environment: the settings of `run`, the addresses of AgentRun, and credentials. */}}
{{- define "agentrun-operator.environment" -}}
- name: POD_NAMESPACE
  valueFrom: {fieldRef: {fieldPath: metadata.namespace}}
{{- range $name := list
  "namespaces" "watchLabelSelector" "workers" "pollInterval" "fastPollInterval" "resyncInterval" "staleAfter" "retryMax" "apiQps" "apiBurst"
  "pollShare" "leaderElect" "leaseName" "leaseNamespace" "leaseDuration" "renewDeadline" "retryPeriod" "healthAddress"
  "logLevel" "logFormat" "rollouts" "probeConcurrency" "probeCallsPerMinute" "prometheusUrl" "prometheusTokenFile"
  "metricsNamespaces"
}}
{{- with include "agentrun-operator.asText" (get $.Values $name) }}
- name: AGENTRUN_OPERATOR_{{ $name | snakecase | upper }}
  value: {{ . | quote }}
{{- end }}
{{- end }}
{{- /* Always there: without it, all namespaces would be let in. */}}
- name: AGENTRUN_OPERATOR_AMBIENT_CREDENTIALS_NAMESPACES
  value: {{ include "agentrun-operator.ambientNamespaces" . | quote }}
{{- /* The policies judge objects that name no region by this one, so that no other source may have the word. */}}
{{- $region := ternary (dict "region" (include "agentrun-operator.region" .)) dict .Values.policies.enabled }}
{{- range $name, $value := merge $region .Values.agentrun }}
{{- with $value }}
- name: AGENTRUN_{{ $name | snakecase | upper }}
  value: {{ . | quote }}
{{- end }}
{{- end }}
{{- include "agentrun-operator.secretEnvironment" . }}
{{- include "agentrun-operator.rrsaEnvironment" . }}
{{- with .Values.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "agentrun-operator.secretEnvironment" -}}
{{- with include "agentrun-operator.secretName" . }}
- name: AGENTRUN_ACCESS_KEY_ID
  valueFrom: {secretKeyRef: {name: {{ . }}, key: accessKeyId}}
- name: AGENTRUN_ACCESS_KEY_SECRET
  valueFrom: {secretKeyRef: {name: {{ . }}, key: accessKeySecret}}
- name: AGENTRUN_SECURITY_TOKEN
  valueFrom: {secretKeyRef: {name: {{ . }}, key: securityToken, optional: true}}
{{- if not $.Values.agentrun.accountId }}
- name: AGENTRUN_ACCOUNT_ID
  valueFrom: {secretKeyRef: {name: {{ . }}, key: accountId, optional: true}}
{{- end }}
{{- end }}
{{- end }}

{{- /* What ack-pod-identity-webhook adds to a Pod, where there is no webhook. */}}
{{- define "agentrun-operator.rrsaEnvironment" -}}
{{- with .Values.credentials.rrsa }}
{{- if .roleArn }}
- name: ALIBABA_CLOUD_ROLE_ARN
  value: {{ .roleArn | quote }}
- name: ALIBABA_CLOUD_OIDC_PROVIDER_ARN
  value: {{ .oidcProviderArn | quote }}
- name: ALIBABA_CLOUD_OIDC_TOKEN_FILE
  value: /var/run/secrets/ack.alibabacloud.com/rrsa-tokens/token
{{- end }}
{{- end }}
{{- end }}
