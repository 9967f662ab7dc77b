// The repository's parts held against each other. Every check is a function of a model alone that returns problems; the
// tests want none of the real model, and at least one of each model with something taken out.
import { configurationAgrees, makefileBuildsEachComponent, openapiDescribesEachPublicRoute } from './checks/configuration.mjs';
import { eachComponentIsDeployedOnce, eachSecretHasOneSource, eachVariableIsGivenToWhoNeedsIt, secretTemplatesAreFilledIn, whatIsProvidedIsUsed, whatPodsReferToExists } from './checks/functions.mjs';
import { theBridgeKnowsEachFunction } from './checks/bridge.mjs';
import { eachCallFindsItsWay, everybodySendsTraces, nothingElseConnects, podsFindNamesAndTheirProxy, proxiesKnowNoMoreThanTheyNeed, whatIsOutsideTheMeshIsReachedWithoutIt, whatIsWatchedCanBeReached, whatLeavesTheClusterIsEncrypted } from './checks/calls.mjs';
import { callsWithinTheMeshAreBounded, eachDestinationExists, eachInternalRouteLeadsToItsComponent, eachPublicRouteLeadsToItsComponent, nothingInternalIsExposed, theGatewaySpeaksTls, tracksAreSplitAlike, whoIsCalledAnswers } from './checks/routes.mjs';
import { callersMayDoWhatTheyMustAndNoMore, everybodyIsKnown, podsAcceptNoOneElse } from './checks/access.mjs';
import { imagesArePinned, namespacesExist, noSecretIsInGit, podsAreConfined, scalersHaveTargets, selectorsSelect } from './checks/objects.mjs';
import { eachAlertHasARunbook, recordedMetricsAreRecorded } from './checks/alerts.mjs';
import { argocdDeploysEachPart, argocdMayDeployWhatThereIs } from './checks/delivery.mjs';

export const OF_MODEL = { configurationAgrees, makefileBuildsEachComponent, openapiDescribesEachPublicRoute, argocdMayDeployWhatThereIs, argocdDeploysEachPart };
export const OF_ENVIRONMENT = {
  eachComponentIsDeployedOnce,
  eachVariableIsGivenToWhoNeedsIt,
  whatPodsReferToExists,
  whatIsProvidedIsUsed,
  eachSecretHasOneSource,
  secretTemplatesAreFilledIn,
  theBridgeKnowsEachFunction,
  eachDestinationExists,
  theGatewaySpeaksTls,
  tracksAreSplitAlike,
  callsWithinTheMeshAreBounded,
  whatIsOutsideTheMeshIsReachedWithoutIt,
  whatLeavesTheClusterIsEncrypted,
  whoIsCalledAnswers,
  everybodySendsTraces,
  podsFindNamesAndTheirProxy,
  eachInternalRouteLeadsToItsComponent,
  everybodyIsKnown,
  podsAcceptNoOneElse,
  eachCallFindsItsWay,
  proxiesKnowNoMoreThanTheyNeed,
  nothingElseConnects,
  whatIsWatchedCanBeReached,
  selectorsSelect,
  scalersHaveTargets,
  namespacesExist,
  imagesArePinned,
  podsAreConfined,
  noSecretIsInGit,
  eachAlertHasARunbook,
  recordedMetricsAreRecorded,
  // Last, for they take longest.
  eachPublicRouteLeadsToItsComponent,
  nothingInternalIsExposed,
  callersMayDoWhatTheyMustAndNoMore,
};
