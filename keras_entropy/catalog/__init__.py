"""The one table of defenses: name, layer, recipe, reference, published figures.

>>> from keras_entropy import catalog
>>> catalog.names()[:2]
('M-1', 'M-2')
>>> defended = catalog.build("M-6", model, x_train, y_train)
"""

from keras_entropy.catalog.building import build as build
from keras_entropy.catalog.entry import Entry as Entry
from keras_entropy.catalog.entry import Published as Published
from keras_entropy.catalog.study_defenses import PUBLISHED_BASE as PUBLISHED_BASE
from keras_entropy.catalog.table import entries as entries
from keras_entropy.catalog.table import get as get
from keras_entropy.catalog.table import names as names
from keras_entropy.layers.defense import Claims as Claims
