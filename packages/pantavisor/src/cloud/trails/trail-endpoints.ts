import type { Endpoints } from "../http/endpoints.ts";
import { endStep, putMeta, putProgress, putState } from "./change-steps.ts";
import { listSteps } from "./list-steps.ts";
import { postStep, postTrail } from "./post-step.ts";
import { getMeta, getState, getStep, getTrail, listTrails } from "./read-trails.ts";
import { namedRemote, stepRemote, trailRemote } from "./remote.ts";
import { getStepBlob, getStepObject, listStepObjects, postStepObject } from "./step-objects.ts";
import { getSummary, listSummaries } from "./summary.ts";

/** Everything below `/trails`. */
export function trailEndpoints(at: Endpoints): void {
  at.guarded("trails:write", "POST", "/trails/", postTrail);
  at.guarded("trails:read", "GET", "/trails/", listTrails);
  at.guarded("trails:read", "GET", "/trails/summary", listSummaries);
  at.guarded("trails:read", "GET", "/trails/:id", getTrail);
  at.guarded("trails:read", "GET", "/trails/:id/.pvrremote", trailRemote);
  at.guarded("trails:read", "GET", "/trails/:id/summary", getSummary);
  at.guarded("trails:read", "GET", "/:user/:device/.pvrremote", namedRemote);
  at.guarded("trails:read", "GET", "/:user/:device/:rev/.pvrremote", namedRemote);

  at.guarded("trails:write", "POST", "/trails/:id/steps", postStep);
  at.guarded("trails:read", "GET", "/trails/:id/steps", listSteps);
  at.guarded("trails:read", "GET", "/trails/:id/steps/:rev", getStep);
  at.guarded("trails:read", "GET", "/trails/:id/steps/:rev/.pvrremote", stepRemote);
  at.guarded("trails:read", "GET", "/trails/:id/steps/:rev/state", getState);
  at.guarded("trails:write", "PUT", "/trails/:id/steps/:rev/state", putState);
  at.guarded("trails:read", "GET", "/trails/:id/steps/:rev/meta", getMeta);
  at.guarded("trails:write", "PUT", "/trails/:id/steps/:rev/meta", putMeta);
  at.guarded("trails:write", "PUT", "/trails/:id/steps/:rev/progress", putProgress);
  at.guarded(
    "trails:write",
    "PUT",
    "/trails/:id/steps/:rev/cancel",
    endStep("NEW", "CANCEL", "Cancel as requested by owner"),
  );
  at.guarded(
    "trails:write",
    "PUT",
    "/trails/:id/steps/:rev/wontgo",
    endStep("INPROGRESS", "WONTGO", "Mark as WONTGO as requested by owner"),
  );

  at.guarded("trails:read", "GET", "/trails/:id/steps/:rev/objects", listStepObjects);
  at.guarded("trails:write", "POST", "/trails/:id/steps/:rev/objects", postStepObject);
  at.guarded("trails:read", "GET", "/trails/:id/steps/:rev/objects/:sha", getStepObject);
  at.guarded("trails:read", "GET", "/trails/:id/steps/:rev/objects/:sha/blob", getStepBlob);
}
