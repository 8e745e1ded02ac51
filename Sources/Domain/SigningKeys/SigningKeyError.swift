/// Why something about a signing key is refused, in the order it is checked.
package enum SigningKeyError: Refusal, Equatable {
  case notFound
  case current
  case state(SigningKey.State)
  case overlap
  case invalid
  case proof
  case taken

  package var kind: RefusalKind {
    switch self {
    case .notFound: .notFound
    case .current, .state, .taken: .failedPrecondition
    case .overlap, .invalid, .proof: .invalidArgument
    }
  }

  package var reason: String {
    switch self {
    case .notFound: "SIGNING_KEY_NOT_FOUND"
    case .current: "SIGNING_KEY_CURRENT"
    case .state: "SIGNING_KEY_STATE"
    case .overlap: "SIGNING_KEY_OVERLAP"
    case .invalid: "SIGNING_KEY_INVALID"
    case .proof: "SIGNING_KEY_PROOF"
    case .taken: "SIGNING_KEY_TAKEN"
    }
  }

  package var field: String? {
    switch self {
    case .overlap: "overlap"
    case .invalid, .taken: "signing_key.public_key"
    case .proof: "signing_key.proof"
    default: nil
    }
  }

  package var message: String {
    switch self {
    case .notFound: "There is no such signing key."
    case .current:
      "The company has a current signing key, and one only; rotate it to put another in its place."
    case .state(let state): "The signing key is \(state): this cannot be done with it."
    case .overlap:
      "An old key may overlap the new one for at most 30 days, and not for less than 0."
    case .invalid: "This is no usable public key of Ed25519: it must have 32 bytes."
    case .proof:
      "The proof does not show that you have the private key and mean this company; sign the text"
        + " that docs/sealing.md gives."
    case .taken:
      "This key is, or was, somebody's signing key already; make a new pair for this company."
    }
  }
}
