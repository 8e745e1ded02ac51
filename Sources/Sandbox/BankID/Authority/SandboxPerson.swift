package import Primitives

/// A made-up person who holds a BankID of the sandbox.
package struct SandboxPerson: Hashable, Sendable {
  package let personalNumber: PersonalNumber
  package let givenName: String
  package let surname: String

  package init(personalNumber: PersonalNumber, givenName: String, surname: String) {
    self.personalNumber = personalNumber
    self.givenName = givenName
    self.surname = surname
  }

  package var name: String { "\(givenName) \(surname)" }

  /// The people of a fresh sandbox. Their numbers are test numbers (serials 980–999 are never
  /// given to anybody) or the public example 19121212-1212.
  package static let defaults: [SandboxPerson] = [
    ("191212121212", "Tolvan", "Tolvansson"),
    ("198504129803", "Astrid", "Lindqvist"),
    ("199001019802", "Björn", "Åkesson"),
    ("197811239818", "Cecilia", "Öberg"),
    ("196906309825", "David", "Nyström"),
    ("199402179833", "Elin", "Håkansson"),
    ("198209159840", "Fredrik", "Sjögren"),
    ("200105039853", "Greta", "Wallin"),
  ].compactMap { digits, givenName, surname in
    guard let number = try? PersonalNumber(digits) else { return nil }
    return SandboxPerson(personalNumber: number, givenName: givenName, surname: surname)
  }
}
