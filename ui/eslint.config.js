/** Lint: the language's traps, and the arrows between the page's folders. */
import reactHooks from "eslint-plugin-react-hooks";
import tseslint from "typescript-eslint";

/** Which folders each folder may not know. */
const ARROWS = {
  theme: ["app", "features", "kit", "ipc", "i18n"],
  i18n: ["app", "features", "kit", "ipc", "theme"],
  ipc: ["app", "features", "kit", "theme"],
  kit: ["app", "features", "ipc"],
  features: ["app"],
};

const TAURI = { group: ["@tauri-apps/*"], message: "Only ipc/ talks to Tauri." };
const VIRTUAL = { group: ["@tanstack/react-virtual"], message: "Only kit/VirtualList virtualises." };
const FLUENT = { group: ["@fluentui/*"], message: "Rows are plain elements: a screenful redraws on every fling." };

const arrow = (folder, forbidden) => ({
  group: [`**/${forbidden}/**`, `**/${forbidden}`],
  message: `${folder} does not know ${forbidden}: app → features → kit → theme, features → ipc.`,
});

const folders = Object.entries(ARROWS).map(([folder, forbidden]) => ({
  files: [`src/${folder}/**/*.{ts,tsx}`],
  ignores: ["**/*.test.{ts,tsx}"],
  rules: {
    "no-restricted-imports": [
      "error",
      {
        patterns: [
          ...forbidden.map((other) => arrow(folder, other)),
          ...(folder === "ipc" ? [] : [TAURI]),
          ...(folder === "kit" ? [] : [VIRTUAL]),
        ],
      },
    ],
  },
}));

export default tseslint.config(
  { ignores: ["dist", "node_modules", "src/ipc/*.gen.ts"] },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { "react-hooks": reactHooks },
    rules: {
      "react-hooks/rules-of-hooks": "error",
      "react-hooks/exhaustive-deps": "error",
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "@typescript-eslint/switch-exhaustiveness-check": "error",
      "no-console": "error",
    },
  },
  { files: ["*.js"], extends: [tseslint.configs.disableTypeChecked] },
  { files: ["src/app/**/*.{ts,tsx}", "src/main.tsx"], rules: { "no-restricted-imports": ["error", { patterns: [TAURI, VIRTUAL] }] } },
  ...folders,
  {
    files: ["src/**/*Row.tsx"],
    rules: {
      "no-restricted-syntax": [
        "error",
        { selector: "CallExpression[callee.name=/^(useContext|use)$/]", message: "A row reads no context." },
        { selector: "JSXOpeningElement[name.name='svg']", message: "Icons come from the sprite: kit/Icon." },
        { selector: "ImportDeclaration[source.value=/^@fluentui/]", message: FLUENT.message },
      ],
    },
  },
);
