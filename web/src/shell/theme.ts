import {
  type CSSVariablesResolver,
  createTheme,
  defaultVariantColorsResolver,
  type MantineColorsTuple,
} from '@mantine/core';

/**
 * The console's green, from light to dark. Shade 7 on white and shade 3 on the dark canvas have AA
 * contrast.
 */
const leaf: MantineColorsTuple = [
  '#eef6f2',
  '#dcece5',
  '#b9d9cb',
  '#8fc6af',
  '#65b094',
  '#3f957a',
  '#2a7d64',
  '#1f6b55',
  '#195644',
  '#134234',
];

const clay: MantineColorsTuple = [
  '#fbefec',
  '#f5dcd6',
  '#ebb9ae',
  '#e5988a',
  '#d9735f',
  '#c4533e',
  '#ae412e',
  '#993524',
  '#7d2b1d',
  '#5f2116',
];

/** The settings of all Mantine components. The colours of surfaces and text are in theme.css. */
export const theme = createTheme({
  primaryColor: 'leaf',
  primaryShade: { light: 7, dark: 3 },
  autoContrast: true,
  luminanceThreshold: 0.35,
  // Mantine calculates the text colour of a filled component only for the light scheme.
  variantColorResolver: (input) => ({
    ...defaultVariantColorsResolver(input),
    ...(input.variant === 'filled' && { color: 'var(--on-accent)' }),
  }),
  colors: { leaf, clay },
  black: '#1d2420',
  fontFamily:
    'ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif',
  fontFamilyMonospace: 'ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace',
  fontSizes: { xs: '0.75rem', sm: '0.8125rem', md: '0.875rem', lg: '1rem', xl: '1.25rem' },
  lineHeights: { xs: '1.4', sm: '1.45', md: '1.5', lg: '1.5', xl: '1.35' },
  spacing: { xs: '0.375rem', sm: '0.625rem', md: '1rem', lg: '1.5rem', xl: '2.25rem' },
  radius: { xs: '3px', sm: '5px', md: '7px', lg: '10px', xl: '16px' },
  defaultRadius: 'sm',
  headings: { fontWeight: '620' },
  components: {
    Button: { defaultProps: { size: 'sm', fw: 560 } },
    ActionIcon: { defaultProps: { variant: 'subtle', color: 'gray', size: 'lg' } },
    TextInput: { defaultProps: { size: 'sm' } },
    PasswordInput: { defaultProps: { size: 'sm' } },
    Tooltip: { defaultProps: { openDelay: 350, withArrow: false, fz: 'xs' } },
    Menu: { defaultProps: { shadow: 'md', position: 'bottom-end', radius: 'md' } },
    Modal: {
      defaultProps: {
        radius: 'lg',
        centered: true,
        overlayProps: { opacity: 0.35 },
        closeButtonProps: { 'aria-label': 'Close' },
      },
    },
  },
});

/** Passes the surface and text colours of theme.css to Mantine. */
export const cssVariables: CSSVariablesResolver = () => {
  const own = {
    '--mantine-color-body': 'var(--surface)',
    '--mantine-color-text': 'var(--ink)',
    '--mantine-color-dimmed': 'var(--ink-soft)',
    '--mantine-color-placeholder': 'var(--ink-soft)',
    '--mantine-color-error': 'var(--bad)',
    '--mantine-color-default': 'var(--surface)',
    '--mantine-color-default-hover': 'var(--hover)',
    '--mantine-color-default-color': 'var(--ink)',
    '--mantine-color-default-border': 'var(--line-strong)',
    '--mantine-color-anchor': 'var(--accent)',
  };
  return { variables: {}, light: own, dark: own };
};
