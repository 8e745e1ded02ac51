internal import ArgumentParser
internal import Domain
internal import Foundation
internal import Onboarding
internal import Primitives
internal import Sealing

/// For whoever has the private key and no access to the server: what a bureau file says of the key.
struct KeyProof: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "proof", abstract: "Write a key's lines for a bureau file, without any server.",
    discussion: """
      The lines hold the public key and a proof that its maker has the private one and means this
      company of this bureau; nothing in them is secret.
      """)

  @Option(
    help: ArgumentHelp(
      "The private key's file: read where it is there, else made, for your eyes only.",
      valueName: "file"))
  var privateKeyFile: String
  @Option(help: "The company's organisation number.") var organisationNumber: String
  @Option(help: "The company's country: NO or SE.") var country = "NO"
  @Option(help: "The bureau's organisation number.") var bureauNumber: String
  @Option(help: "The bureau's country: NO or SE.") var bureauCountry = "NO"

  func run() async throws {
    let surroundings = Surroundings.current
    let company = try Self.number(organisationNumber, country, "--organisation-number")
    let bureau = try Self.number(bureauNumber, bureauCountry, "--bureau-number")
    let secret = try KeyFile.loadOrMake(privateKeyFile, keep: true, surroundings)
    let key = secret.publicKey
    let proof = try secret.sign(key.proofBytes(bureau: bureau, company: company))
    surroundings.write(DesiredSigningKey(publicKey: key, proof: proof).fileText)
    surroundings.note("fingerprint \(key.fingerprint)")
  }

  private static func number(_ text: String, _ country: String, _ option: String)
    throws(CLIError) -> OrganisationNumber
  {
    guard let code = try? CountryCode(country), code == .no || code == .se else {
      throw CLIError(
        .usage, "COUNTRY_NOT_SUPPORTED", "the country must be NO or SE, not \(country)",
        field: option)
    }
    do throws(IdentifierError) { return try OrganisationNumber(text, country: code) } catch {
      throw CLIError(
        .usage, "ORGANISATION_NUMBER_INVALID", "it is not valid: \(error.message)", field: option)
    }
  }
}
