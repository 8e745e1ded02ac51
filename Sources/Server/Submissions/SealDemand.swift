import Domain
import Policies
import Storage

extension Commands.Context {
  /// Programs submit under their company's seal, or not at all, where its policy demands one.
  func requireSeal(of caller: Caller) throws {
    guard caller.session == nil else { return }
    let hasHadKey = try !SigningKeyTables.all(of: place, in: transaction).isEmpty
    let seal = try PolicyTables.inForce(at: place, in: transaction).policy.seal
    if seal.demandsSeal(hasHadKey: hasHadKey) { throw SealError.required }
  }
}
