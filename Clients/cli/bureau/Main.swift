internal import BureauCLI
internal import Foundation

@main
struct Main {
  static func main() async {
    let arguments = Array(CommandLine.arguments.dropFirst())
    exit(await CommandLineProgram.run(arguments, in: .process()))
  }
}
