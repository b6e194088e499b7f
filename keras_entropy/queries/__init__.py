"""What an attacker asks: neighbors of examples, or the layer that is known."""

from keras_entropy.queries.asking import ask as ask
from keras_entropy.queries.asking import shares as shares
from keras_entropy.queries.families.choice import families_for as families_for
from keras_entropy.queries.families.family import Family as Family
from keras_entropy.queries.given_neighbors import given_neighbors as given_neighbors
