import Foundation
import Primitives
import Testing

/// The table of public test vectors, kept outside this repository: skipped where it is absent.
private let vectors: URL = {
  let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
  let samples =
    ProcessInfo.processInfo.environment["BUREAU_SAMPLES"].map { URL(filePath: $0) }
    ?? root.deletingLastPathComponent().appending(path: "shared/samples")
  return samples.appending(path: "constructed/identifier-vectors.tsv")
}()

@Suite(.enabled(if: FileManager.default.fileExists(atPath: vectors.path)))
struct IdentifierVectorTests {
  private func holds(_ kind: String, _ value: String) -> Bool? {
    switch kind {
    case "no-account": (try? NorwegianAccountNumber(value)) != nil
    case "kid-mod10": (try? KID(value))?.checks.contains(.mod10) ?? false
    case "kid-mod11": (try? KID(value))?.checks.contains(.mod11) ?? false
    case "no-org": (try? OrganisationNumber(value, country: .no)) != nil
    case "se-bankgiro": (try? Bankgiro(value)) != nil
    case "se-plusgiro": (try? Plusgiro(value)) != nil
    case "se-ocr-check": (try? SwedishOCR(value)) != nil
    case "se-ocr-length": (try? SwedishOCR(value))?.hasLengthDigit ?? false
    case "se-org": (try? OrganisationNumber(value, country: .se)) != nil
    case "dk-cvr": (try? OrganisationNumber(value, country: .dk)) != nil
    case "fi-ytunnus": (try? OrganisationNumber(value, country: .fi)) != nil
    case "rf": (try? CreditorReference(value)) != nil
    case "iban": (try? IBAN(value)) != nil
    case "no-national-id": (try? NorwegianNationalID(value, allowsSynthetic: true)) != nil
    case "se-account": (try? SwedishAccountNumber(value)) != nil
    default: nil  // Danish payment slips: not read here.
    }
  }

  @Test func `every vector is judged as the table says`() throws {
    let table = try String(contentsOf: vectors, encoding: .utf8)
    var judged = 0
    for line in table.split(separator: "\n").dropFirst() {
      let fields = line.split(separator: "\t").map(String.init)
      try #require(fields.count == 3)
      guard let holds = holds(fields[0], fields[1]) else { continue }
      judged += 1
      #expect(holds == (fields[2] == "1"), "\(line)")
    }
    #expect(judged > 80)
  }
}
