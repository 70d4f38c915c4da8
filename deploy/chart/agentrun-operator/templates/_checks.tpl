{{- /* What the schema cannot say: values that only together cannot work. */}}
{{- define "agentrun-operator.checks" -}}
{{- $ways := list }}
{{- with .Values.credentials }}
{{- if .existingSecret }}{{ $ways = append $ways "existingSecret" }}{{ end }}
{{- if or .accessKeyId .accessKeySecret .securityToken }}{{ $ways = append $ways "accessKeyId" }}{{ end }}
{{- if .rrsa.roleName }}{{ $ways = append $ways "rrsa.roleName" }}{{ end }}
{{- if or .rrsa.roleArn .rrsa.oidcProviderArn }}{{ $ways = append $ways "rrsa.roleArn" }}{{ end }}
{{- if gt (len $ways) 1 }}
{{- fail (printf "credentials: give one of %s, not all: the operator would use only one of them" (join ", " $ways)) }}
{{- end }}
{{- if ne (empty .accessKeyId) (empty .accessKeySecret) }}
{{- fail "credentials: accessKeyId and accessKeySecret belong together" }}
{{- end }}
{{- if and .securityToken (not .accessKeyId) }}
{{- fail "credentials: securityToken belongs to an accessKeyId" }}
{{- end }}
{{- if ne (empty .rrsa.roleArn) (empty .rrsa.oidcProviderArn) }}
{{- fail "credentials: rrsa.roleArn and rrsa.oidcProviderArn belong together" }}
{{- end }}
{{- end }}
{{- if and (not .Values.leaderElect) (gt (int .Values.replicas) 1) }}
{{- fail "replicas: without leaderElect there must be one replica only, or several would write at once" }}
{{- end }}
{{- if and (has "*" .Values.metricsNamespaces) (not (contains "{namespace}" .Values.prometheusUrl)) }}
{{- fail "metricsNamespaces: * would let every namespace read the metrics of all others: put {namespace} into prometheusUrl, or give names" }}
{{- end }}
{{- if .Values.policies.enabled }}
{{- if not (semverCompare ">=1.30-0" .Capabilities.KubeVersion.Version) }}
{{- fail "policies.enabled needs Kubernetes 1.30 or newer: an older one has no ValidatingAdmissionPolicies" }}
{{- end }}
{{- range .Values.extraEnv }}
{{- if eq .name "AGENTRUN_REGION" }}
{{- fail "extraEnv: with policies.enabled the region is agentrun.region, by which the policies judge objects that name none" }}
{{- end }}
{{- end }}
{{- end }}
{{- if and .Values.serviceMonitor.enabled (not .Values.service.enabled) }}
{{- fail "serviceMonitor.enabled needs service.enabled: a ServiceMonitor finds Pods through the Service" }}
{{- end }}
{{- end }}
