import { useTranslation } from 'react-i18next';
import type { FieldProblem } from '../api/problem';
import { ApiProblem } from '../api/problem';
import { en } from './en';
import { useLanguage } from './index';

type KnownCode = keyof typeof en.problem;

function isKnown(code: string): code is KnownCode {
  return Object.hasOwn(en.problem, code);
}

/** The key of the sentence that tells a shopper about this failure. */
export function problemKey(failure: unknown): `problem.${KnownCode}` {
  const code = failure instanceof ApiProblem ? failure.code : 'unknown';
  return `problem.${isKnown(code) ? code : 'unknown'}`;
}

/** Says failures and refused fields in the shopper's language. */
export function useExplain() {
  const { t } = useTranslation();
  const language = useLanguage();
  return {
    problem: (failure: unknown): string => t(problemKey(failure)),
    /** The API explains fields in English only; in another language the hint stays general. */
    field: (refused: FieldProblem): string =>
      refused.code === 'required' || refused.code === 'missing'
        ? t('field.required')
        : language === 'en' && refused.message !== ''
          ? `${refused.message.charAt(0).toUpperCase()}${refused.message.slice(1)}.`.replace(/\.\.$/, '.')
          : t('field.invalid'),
  };
}
