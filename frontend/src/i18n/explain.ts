import { useTranslation } from 'react-i18next';
import type { FieldProblem, ProblemCode } from '../api/problem';
import { ApiProblem } from '../api/problem';

/** The key of the sentence that tells a shopper about this failure. */
export function problemKey(failure: unknown): `problem.${ProblemCode}` {
  return `problem.${failure instanceof ApiProblem ? failure.code : 'unknown'}`;
}

/** Says failures and refused fields in the shopper's language. */
export function useExplain() {
  const { t } = useTranslation();
  return {
    problem: (failure: unknown): string => t(problemKey(failure)),
    field: ({ code, min, max }: FieldProblem): string => t(`fault.${code}`, { min, max }),
  };
}
