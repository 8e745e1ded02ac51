package import Primitives

/// What the company declares of itself in an agreement, and signs: what the partner's review asks
/// about (R-05…R-10).
package struct Declarations: Sendable, Equatable {
  package enum Financing: String, Sendable, CaseIterable {
    case ownFunds, sales, loans, investors, grants, other
  }

  package struct LinkedPerson: Sendable, Equatable {
    package enum Role: String, Sendable, CaseIterable {
      case owner, board, auditor, other
    }
    package var role: Role
    package var displayName: String
    package init(role: Role, displayName: String) {
      self.role = role
      self.displayName = displayName
    }
  }

  /// Somebody linked to the company is a politically exposed person (R-06).
  package var politicallyExposed: Bool
  /// Where it will pay to (R-08).
  package var countries: [CountryCode]
  /// How it is financed (R-07).
  package var financing: Set<Financing>
  /// Its industry, in its own words (R-09).
  package var industry: String
  /// Owners, board, auditor, others (R-10).
  package var persons: [LinkedPerson]

  package init(
    politicallyExposed: Bool = false, countries: [CountryCode] = [],
    financing: Set<Financing> = [], industry: String = "", persons: [LinkedPerson] = []
  ) {
    self.politicallyExposed = politicallyExposed
    self.countries = countries
    self.financing = financing
    self.industry = industry
    self.persons = persons
  }

  package static let countryLimit = 60
  package static let personLimit = 50

  /// Put in order and checked.
  func checked() throws(AgreementError) -> Declarations {
    guard countries.count <= Self.countryLimit else {
      throw .declarationInvalid(field: "declarations.country_codes", "there are too many")
    }
    guard persons.count <= Self.personLimit else {
      throw .declarationInvalid(field: "declarations.persons", "there are too many")
    }
    var checked = self
    checked.countries = Array(Set(countries)).sorted { $0.code < $1.code }
    checked.industry = try Self.line(industry, "declarations.industry", limit: 140)
    for index in checked.persons.indices {
      let name = try Self.line(
        persons[index].displayName, "declarations.persons.display_name", limit: 140)
      guard !name.isEmpty else {
        throw .declarationInvalid(
          field: "declarations.persons.display_name", "a linked person needs a name")
      }
      checked.persons[index].displayName = name
    }
    return checked
  }

  private static func line(_ text: String, _ field: String, limit: Int) throws(AgreementError)
    -> String
  {
    let text = text.trimmed
    guard text.fits(scalars: limit), text.isPlainLine else {
      throw .declarationInvalid(
        field: field, "it has at most \(limit) characters, all of them visible")
    }
    return text
  }

  /// The lines of the text that is signed.
  var lines: [String] {
    let people = persons.map { "\($0.displayName) (\($0.role.rawValue))" }
    return [
      "Politically exposed person linked to the company: \(politicallyExposed ? "yes" : "no")",
      "Pays to: \(countries.isEmpty ? "not stated" : countries.map(\.code).joined(separator: ", "))",
      "Financed by: "
        + (financing.isEmpty
          ? "not stated" : financing.map(\.words).sorted().joined(separator: ", ")),
      "Industry: \(industry.isEmpty ? "not stated" : industry)",
      "Persons: \(people.isEmpty ? "not stated" : people.joined(separator: ", "))",
    ]
  }
}

extension Declarations.Financing {
  var words: String { self == .ownFunds ? "own funds" : rawValue }
}
