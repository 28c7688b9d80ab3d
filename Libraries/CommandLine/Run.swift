import Glibc

extension Command {
    /// Runs the process's command line and leaves the process with its exit code.
    public func main() async -> Never {
        let words = Array(Swift.CommandLine.arguments.dropFirst())
        exit(await run(words, environment: Terminal.processEnvironment, on: .standard).rawValue)
    }

    /// Runs a command line and returns its exit code. Results go to standard output, errors with a next step to standard error.
    public func run(_ words: [String], environment: [String: String], on terminal: Terminal) async -> ExitCode {
        do {
            switch try parse(words, environment: environment) {
            case .run(let command, _, let values):
                try await command.action?(values.arguments(writingTo: terminal))
            case .help(let path):
                terminal.write(Help.text(path, terminal: terminal))
            case .version(let version):
                terminal.write("\(name) \(version)")
            case .completions(let shell):
                terminal.write(Completions.script(for: self, shell))
            }
            return .success
        } catch let error as UsageError {
            return fail(error.message, error.advice, .usage, terminal)
        } catch let error as CommandFailure {
            return fail(error.message, error.advice, error.exitCode, terminal)
        } catch is CancellationError {
            return fail("interrupted", nil, .interrupted, terminal)
        } catch {
            return fail(String(describing: error), nil, .failure, terminal)
        }
    }

    private func fail(_ message: String, _ advice: String?, _ code: ExitCode, _ terminal: Terminal) -> ExitCode {
        terminal.note(terminal.styled("error:", .red, on: .error) + " " + message)
        if let advice { terminal.note(terminal.styled("next:", .bold, on: .error) + "  " + advice) }
        return code
    }
}
