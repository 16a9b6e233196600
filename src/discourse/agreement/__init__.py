"""How far coders agree, people or machine, and what is settled where they do not."""

from discourse.agreement.compare import disagreements, label_agreement, span_agreement, units

__all__ = ["disagreements", "label_agreement", "span_agreement", "units"]
