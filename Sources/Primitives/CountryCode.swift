/// A country by its two capital letters (ISO 3166-1 alpha-2).
///
/// Any two letters are taken: which countries exist is not ours to say.
package struct CountryCode: Hashable, Sendable, CustomStringConvertible {
  package let code: String

  package init(_ code: String) throws(IdentifierError) {
    guard !code.isEmpty else { throw .empty }
    guard code.utf8.count == 2, code.utf8.isCapitals else {
      throw .characters("a country is two capital letters of ISO 3166, such as NO")
    }
    self.code = code
  }

  /// For two capital letters that have been checked already.
  init(known code: String) {
    self.code = code
  }

  package static let no = CountryCode(known: "NO")
  package static let se = CountryCode(known: "SE")
  package static let dk = CountryCode(known: "DK")
  package static let fi = CountryCode(known: "FI")

  package var description: String { code }
}
