// National ids stand in a file of their own: the bureau file is reviewed, mailed and kept in version
// control, they must not be. No finding repeats a number.

import Primitives

struct NationalIDReader {
  private let people: Set<String>
  var log = FindingLog()
  /// By person, as written.
  private(set) var numbers: [String: String] = [:]

  init(people: Set<String>) { self.people = people }

  mutating func read(_ bytes: [UInt8]) {
    guard let text = log.text(of: bytes, limit: BureauFile.Limit.bytes) else { return }
    let tree: Tree
    do throws(Finding) { tree = try Tree.read(text) } catch {
      refuse(error)
      return
    }
    if case .empty = tree.content { return }
    guard case .table(let rows) = tree.content else {
      log.add(.wrongShape, at: .whole, "A table is expected: the key of a person, then the number.")
      return
    }
    var owners: [String: String] = [:]
    for row in rows { read(row.key, row.value, &owners) }
  }

  /// YAML's own words could hold what stands in the file.
  private mutating func refuse(_ finding: Finding) {
    let place = Located(path: "", line: finding.line, column: finding.column)
    if finding.reason == Finding.Reason.keyTwice.rawValue {
      log.add(.personTwoIDs, at: place, "A person stands here twice: nobody has two national ids.")
    } else {
      log.add(.syntax, at: place, "The YAML is wrong here.")
    }
  }

  private mutating func read(_ key: Tree, _ value: Tree, _ owners: inout [String: String]) {
    guard case .text(let person) = key.content, case .text(let written) = value.content else {
      log.add(
        .wrongShape, at: key.located(""), "The key of a person is expected, then the number.")
      return
    }
    guard people.contains(person) else {
      log.add(
        .nationalIDUnused, at: key.located(""),
        "No person of the bureau file has the key that stands here.")
      return
    }
    let place = value.located(person)
    let digits: String
    do throws(IdentifierError) { digits = try Self.digits(written) } catch {
      log.add(.nationalIDInvalid, at: place, "It is not valid: \(error.message)")
      return
    }
    if let owner = owners[digits] {
      log.add(.nationalIDTwice, at: place, "\(owner) and \(person) have one national id.")
      return
    }
    owners[digits] = person
    numbers[person] = written
  }

  /// 12 digits for Sweden, 11 for Norway; whether test numbers are taken is the server's to say.
  private static func digits(_ text: String) throws(IdentifierError) -> String {
    if text.count(where: \.isNumber) == 11 {
      return try NorwegianNationalID(text, allowsSynthetic: true).digits
    }
    return try PersonalNumber(text).digits
  }
}
