-- The health of a SpinApp, for ArgoCD: `obj` is the resource, the answer a status and a message.
--
-- ArgoCD's own check takes the condition Progressing = True for a rollout under way. The operator copies that condition
-- from the Deployment, where it stays True (NewReplicaSetAvailable) once a rollout is done, so that no SpinApp would ever
-- be healthy. This one reads the reason, leaves autoscaled apps' replicas to their scaler, and calls an app degraded only
-- when waiting won't help.
--
-- ArgoCD runs it without Lua's string library.

local function health(status, message)
  return { status = status, message = message }
end

local spec = obj.spec or {}
local status = obj.status or {}

local conditions = {}
for _, condition in ipairs(status.conditions or {}) do
  conditions[condition.type] = condition
end
local available = conditions.Available
local progressing = conditions.Progressing

-- The operator leaves the status alone while the executor is missing, so the message says where to look.
if available == nil or progressing == nil then
  return health("Progressing", "Waiting for the operator; does the executor " .. (spec.executor or "?") .. " exist here?")
end

-- The conditions still tell of the Deployment that the former executor made.
if status.activeScheduler ~= nil and status.activeScheduler ~= spec.executor then
  return health("Progressing", "Moving from the executor " .. status.activeScheduler .. " to " .. (spec.executor or "?"))
end

if progressing.status == "False" then
  return health("Degraded", progressing.message)
end

if progressing.reason == "DeploymentPaused" then
  return health("Suspended", progressing.message)
end

if progressing.status ~= "True" or progressing.reason ~= "NewReplicaSetAvailable" then
  return health("Progressing", progressing.message)
end

-- The rollout was complete, so too few pods now means that pods were lost.
if available.status ~= "True" then
  return health("Degraded", available.message)
end

local ready = status.readyReplicas or 0
if spec.enableAutoscaling then
  return health("Healthy", ready .. " replicas are ready; their number is the scaler's")
end

local wanted = spec.replicas or 1
if ready < wanted then
  return health("Progressing", ready .. " of " .. wanted .. " replicas are ready")
end
return health("Healthy", ready .. " of " .. wanted .. " replicas are ready")
