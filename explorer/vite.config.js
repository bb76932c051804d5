import { createHash } from 'node:crypto';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { defineConfig } from 'vite';

const EMBEDDED_FONT = /url\(data:font\/(woff2?);base64,([A-Za-z0-9+/=]+)\)/g;
const WORTH_COMPRESSING = /\.(js|css|svg)$/;

// GraphiQL's style sheet carries 34 fonts, most for alphabets that a page never shows.
// As files of their own only those in use are fetched, and the policy needs no font-src data:.
const fontsAsFiles = {
  name: 'fonts-as-files',
  enforce: 'post',
  generateBundle(_options, bundle) {
    for (const sheet of Object.values(bundle).filter(({ fileName }) => fileName.endsWith('.css'))) {
      sheet.source = String(sheet.source).replace(EMBEDDED_FONT, (_match, extension, base64) => {
        const source = Buffer.from(base64, 'base64');
        const hash = createHash('sha256').update(source).digest('base64url').slice(0, 8);
        const fileName = `assets/font-${hash}.${extension}`;
        this.emitFile({ type: 'asset', fileName, source });
        return `url(${fileName.replace('assets/', './')})`;
      });
    }
  },
};

// Compressed once here, so the service never spends time on it.
const precompressed = {
  name: 'precompressed',
  enforce: 'post',
  generateBundle: {
    order: 'post',
    handler(_options, bundle) {
      for (const file of Object.values(bundle).filter(({ fileName }) => WORTH_COMPRESSING.test(fileName))) {
        const source = Buffer.from(file.type === 'chunk' ? file.code : file.source);
        const brotli = { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } };
        this.emitFile({ type: 'asset', fileName: `${file.fileName}.br`, source: brotliCompressSync(source, brotli) });
        this.emitFile({ type: 'asset', fileName: `${file.fileName}.gz`, source: gzipSync(source, { level: 9 }) });
      }
    },
  },
};

export default defineConfig({
  base: '/explorer/',
  logLevel: 'warn',
  esbuild: { jsx: 'automatic' },
  plugins: [fontsAsFiles, precompressed],
  build: {
    outDir: '../primeql/explorer_static',
    emptyOutDir: true,
    target: 'es2022',
    // Nothing becomes a data: address, which the page's policy would refuse.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 700,
    rollupOptions: {
      onwarn(warning, warn) {
        // "use client" speaks to servers that render React; there is none here.
        if (warning.code !== 'MODULE_LEVEL_DIRECTIVE') warn(warning);
      },
      output: { manualChunks: { graphql: ['graphql'], react: ['react', 'react-dom'] } },
    },
  },
});
