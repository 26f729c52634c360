import type { Command } from 'commander'
import { Argument } from 'commander'
import type { Context, Run } from '../context.ts'

export function completionCommand(root: Command, run: Run): void {
  root
    .command('completion')
    .description('a script that completes commands: add it to the start-up of your shell')
    .addArgument(new Argument('<shell>').choices(['bash', 'zsh', 'fish']))
    .action(run(async ({ out }: Context, shell: 'bash' | 'zsh' | 'fish') => out.line(scripts[shell](words(root)))))
}

interface Words {
  readonly commands: readonly {
    readonly name: string
    readonly description: string
    readonly below: readonly string[]
  }[]
}

/** The names come from the tree of commands itself, so that they are never out of date. */
function words(root: Command): Words {
  return {
    commands: root.commands.map((command) => ({
      name: command.name(),
      description: command.description().replaceAll("'", '’'),
      below: [
        ...command.commands.map((child) => child.name()),
        ...command.options.map((option) => option.long ?? ''),
      ].filter(Boolean),
    })),
  }
}

const scripts: Record<'bash' | 'zsh' | 'fish', (of: Words) => string> = {
  bash: ({ commands }) => `_kith() {
  local current="\${COMP_WORDS[COMP_CWORD]}"
  if [ "$COMP_CWORD" -eq 1 ]; then COMPREPLY=($(compgen -W "${commands.map(({ name }) => name).join(' ')}" -- "$current")); return; fi
  case "\${COMP_WORDS[1]}" in
${commands.map(({ name, below }) => `    ${name}) COMPREPLY=($(compgen -f -W "${below.join(' ')}" -- "$current")) ;;`).join('\n')}
  esac
}
complete -o filenames -F _kith kith`,
  zsh: ({ commands }) => `#compdef kith
_kith() {
  if (( CURRENT == 2 )); then
    local -a names=(${commands.map(({ name, description }) => `'${name}:${description}'`).join(' ')})
    _describe command names
  else
    case $words[2] in
${commands.map(({ name, below }) => `      ${name}) compadd -- ${below.join(' ')}; _files ;;`).join('\n')}
    esac
  fi
}
compdef _kith kith`,
  fish: ({ commands }) =>
    commands
      .flatMap(({ name, description, below }) => [
        `complete -c kith -n __fish_use_subcommand -a ${name} -d '${description}'`,
        ...below.map((word) => `complete -c kith -n '__fish_seen_subcommand_from ${name}' -a '${word}'`),
      ])
      .join('\n'),
}
