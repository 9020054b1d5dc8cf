/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals -- not shipped: runs outside n8n */
import { readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join, relative } from 'node:path';
import ts from 'typescript';
import tsconfig from '../../tsconfig.json';

const projectFolder = join(__dirname, '../..');
const sourceFolders = ['credentials', 'inference', 'nodes', 'tools', 'scripts', 'bench', 'test'];

export interface Import {
	specifier: string;
	/** The imported file, relative to the project; `undefined` if the specifier does not resolve. */
	target?: string;
}

export interface SourceFile {
	/** Relative to the project, e.g. `inference/http/transport.ts`. */
	path: string;
	lineCount: number;
	imports: Import[];
	identifiers: Set<string>;
	/** String literals and the literal parts of templates, without import specifiers. */
	texts: string[];
}

/** Every source file of the project. */
export function readSourceFiles(): SourceFile[] {
	return sourceFolders
		.flatMap((folder) =>
			readdirSync(join(projectFolder, folder), { recursive: true, encoding: 'utf8' })
				.filter((path) => /\.(ts|js|mjs)$/.test(path))
				.map((path) => join(folder, path)),
		)
		.sort()
		.map(readSourceFile);
}

function readSourceFile(path: string): SourceFile {
	const text = readFileSync(join(projectFolder, path), 'utf8');
	const file: SourceFile = {
		path,
		lineCount: text.replace(/\n$/, '').split('\n').length,
		imports: [],
		identifiers: new Set(),
		texts: [],
	};
	const visit = (node: ts.Node): void => {
		const specifier = specifierOf(node);
		if (specifier) file.imports.push(resolveImport(specifier.text, path));
		else if (ts.isIdentifier(node)) file.identifiers.add(node.text);
		else if (ts.isStringLiteralLike(node) || isTemplatePart(node)) file.texts.push(node.text);
		ts.forEachChild(node, (child) => {
			if (child !== specifier) visit(child);
		});
	};
	visit(ts.createSourceFile(path, text, ts.ScriptTarget.Latest));
	return file;
}

/** The specifier in `node`, if it is an import of any form, including types and jest mocks. */
function specifierOf(node: ts.Node): ts.StringLiteralLike | undefined {
	let specifier: ts.Node | undefined;
	if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) {
		specifier = node.moduleSpecifier;
	} else if (ts.isExternalModuleReference(node)) {
		specifier = node.expression;
	} else if (ts.isImportTypeNode(node)) {
		specifier = ts.isLiteralTypeNode(node.argument) ? node.argument.literal : undefined;
	} else if (ts.isCallExpression(node) && loadsModule(node.expression)) {
		[specifier] = node.arguments;
	}
	return specifier && ts.isStringLiteralLike(specifier) ? specifier : undefined;
}

const jestLoaders = /^(mock|doMock|unmock|dontMock|setMock|requireActual|requireMock)$/;

function loadsModule(callee: ts.Expression): boolean {
	if (callee.kind === ts.SyntaxKind.ImportKeyword) return true;
	if (ts.isIdentifier(callee)) return callee.text === 'require';
	if (!ts.isPropertyAccessExpression(callee) || !ts.isIdentifier(callee.expression)) return false;
	const { expression, name } = callee;
	if (expression.text === 'require') return name.text === 'resolve';
	return expression.text === 'jest' && jestLoaders.test(name.text);
}

function isTemplatePart(node: ts.Node): node is ts.TemplateLiteralLikeNode {
	return ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node);
}

const { options } = ts.convertCompilerOptionsFromJson(tsconfig.compilerOptions, projectFolder);

function resolveImport(specifier: string, importer: string): Import {
	if (isBuiltin(specifier)) return { specifier, target: specifier };
	const from = join(projectFolder, importer);
	const { resolvedModule } = ts.resolveModuleName(specifier, from, options, ts.sys);
	const target = resolvedModule && relative(projectFolder, resolvedModule.resolvedFileName);
	return { specifier, target };
}
